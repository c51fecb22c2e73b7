"""Where no channel is set, whatever model `.env` names is never asked (invariant 8)."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from digests.bootstrap import open_services
from digests.errors import ConfigError
from sandbox.sample import load_sample

SAMPLE = load_sample()
ID = next(paper.id for paper in SAMPLE.papers if paper.zh)


@pytest.fixture
def asked(monkeypatch):
    """The paths that a real model's server was asked for."""
    paths: list[str] = []

    class Recorder(BaseHTTPRequestHandler):
        def do_POST(self):
            paths.append(self.path)
            self.send_error(500)

        do_GET = do_POST

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "sk-real")
        monkeypatch.setenv("PAPERPOST_LLM_MODEL", "real")
        yield paths
        server.shutdown()
        serving.join()


def test_resummarise_in_a_sandbox_asks_the_stand_in(paperpost, sample_page, asked):
    paperpost("ingest", sample_page)
    result = paperpost.result("resummarise", "--paper", ID)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{ID} zh: new text")
    assert "Sandbox mode" in result.stderr
    assert asked == []


@pytest.mark.usefixtures("home", "asked")
def test_a_real_model_is_not_even_opened_in_a_sandbox():
    services = open_services()
    try:
        with pytest.raises(ConfigError, match="asks no real model"):
            _ = services.summarizer
    finally:
        services.close()
