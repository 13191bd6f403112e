"""How well retrievers find what people judged relevant: sets, runs, measures, comparisons."""
