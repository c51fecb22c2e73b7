"""arXiv and Hugging Face as they behave, day after day, on whatever clock one passes in.

world.World           the days, and what goes wrong on them, as data; `world.show(now)` is what the servers know
inventing.build_days  days with invented papers; inventing.build_daily puts some of them on Hugging Face's list
folders.load_world    a folder of sample days or of recorded lists
troubles              Lag, StaleFeed, LateRecords, Trouble(fault=arxiv_faults.Fault(…), since=, until=, host=): the data
                      that `World(lags=, stale=, late=, troubles=)` takes
sandbox.arxiv         build_app(world, now=): every host in one ASGI app; `app.state.traffic` counts what is asked
sources               ReplayedSources(world, now): the same without a socket, as digests.papers.collecting asks for it

    clock = SteppedClock(datetime(2026, 10, 26, 12, tzinfo=UTC))
    days = build_days(date(2026, 10, 26), count=10, papers_per_day=60, seed=1)
    world = World(days=days, daily=build_daily(days, seed=1))
    sources = ReplayedSources(world, clock, wait=clock.wait, turn=...)
    sources.fetch_listing("cs")
    sources.traffic.assert_polite()
"""
