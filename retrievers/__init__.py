"""How we find it: embedders, BM25, stores, fusion, and the index that holds them together."""
