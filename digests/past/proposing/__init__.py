"""What else to type, said by the stored papers: narrower, respelt, loosened, spelled out, related."""
