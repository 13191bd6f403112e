"""Our retrievers as a LangChain ``BaseRetriever``, for use in its chains."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wardround.retrievers.adapters.metadata import metadata_of
from wardround.retrievers.protocols import EVERYWHERE, Retriever, Where

if TYPE_CHECKING:
    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever


def as_langchain(retriever: Retriever, k: int = 10, where: Where = EVERYWHERE) -> BaseRetriever:
    """A LangChain retriever that returns ``k`` documents, whose ids are our passage ids.

    A function and not a class, because langchain-core takes a second to import and is needed here only.
    """
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever

    class WardroundRetriever(BaseRetriever):
        """Asks ``retriever``; asynchronous calls run it in a thread."""

        def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
            return _documents(query)

        async def _aget_relevant_documents(
            self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
        ) -> list[Document]:
            return await asyncio.to_thread(_documents, query)

    def _documents(query: str) -> list[Document]:
        hits = retriever.search(query, k, where)
        return [Document(id=hit.passage.id, page_content=hit.passage.text, metadata=metadata_of(hit)) for hit in hits]

    return WardroundRetriever()
