"""Our retrievers as a LangChain ``BaseRetriever``, for use in its chains."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wardround.retrievers.adapters.metadata import metadata_of
from wardround.retrievers.protocols import EVERYWHERE, Hit, Retriever, Where

if TYPE_CHECKING:
    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import RunnableConfig

    Configs = RunnableConfig | list[RunnableConfig] | None


def as_langchain(retriever: Retriever, k: int = 10, where: Where = EVERYWHERE) -> BaseRetriever:
    """A LangChain retriever that returns ``k`` documents, whose ids are our passage ids.

    ``batch`` and ``abatch`` search for all queries at once, which costs far less than one by one; asynchronous calls
    search in a thread. A function and not a class, because langchain-core takes a second to import and is needed here
    only.
    """
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables.config import get_config_list

    class WardroundRetriever(BaseRetriever):
        """Asks ``retriever``, or takes the ``hits`` that a batch has found before."""

        def _get_relevant_documents(
            self, query: str, *, run_manager: CallbackManagerForRetrieverRun, hits: Sequence[Hit] | None = None
        ) -> list[Document]:
            return _documents(retriever.search(query, k, where) if hits is None else hits)

        async def _aget_relevant_documents(
            self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, hits: Sequence[Hit] | None = None
        ) -> list[Document]:
            return _documents(await asyncio.to_thread(retriever.search, query, k, where) if hits is None else hits)

        def batch(
            self, inputs: list[str], config: Configs = None, *, return_exceptions: bool = False, **kwargs: Any
        ) -> list[list[Document]]:
            """The documents of each query, searched for at once; each query is a run of its own to callbacks."""
            if return_exceptions:  # one query that fails must not take the others with it
                return super().batch(inputs, config, return_exceptions=True, **kwargs)
            configs = get_config_list(config, len(inputs)) if inputs else []
            found = retriever.search_many(inputs, k, where) if inputs else []
            each = zip(inputs, configs, found, strict=True)
            return [self.invoke(query, one, hits=hits, **kwargs) for query, one, hits in each]

        async def abatch(
            self, inputs: list[str], config: Configs = None, *, return_exceptions: bool = False, **kwargs: Any
        ) -> list[list[Document]]:
            """``batch``, searching in a thread."""
            if return_exceptions:
                return await super().abatch(inputs, config, return_exceptions=True, **kwargs)
            configs = get_config_list(config, len(inputs)) if inputs else []
            found = await asyncio.to_thread(retriever.search_many, inputs, k, where) if inputs else []
            each = zip(inputs, configs, found, strict=True)
            return [await self.ainvoke(query, one, hits=hits, **kwargs) for query, one, hits in each]

    def _documents(hits: Sequence[Hit]) -> list[Document]:
        return [Document(id=hit.passage.id, page_content=hit.passage.text, metadata=metadata_of(hit)) for hit in hits]

    return WardroundRetriever()
