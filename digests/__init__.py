"""The product: which new papers matter to a reader, said in Chinese, delivered once.

A paper travels through the rooms in this order: papers, keywords, summaries, composing, rendering,
delivery. Each reads what the one before it wrote into the store. Nothing here knows of Celery, of the
bot framework or of a web framework; the shells (`worker`, `bot`, `digests.cli`) decide when a room works.
"""
