"""Clinical question answering in which every claim carries a citation that can be checked."""
