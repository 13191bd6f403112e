"""Our retriever as a component of other libraries."""
