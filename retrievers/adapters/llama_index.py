"""Our retrievers as a LlamaIndex ``BaseRetriever``, for use in its query engines and workflows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wardround.retrievers.adapters.metadata import metadata_of
from wardround.retrievers.protocols import EVERYWHERE, Hit, Retriever, Where

if TYPE_CHECKING:
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import NodeWithScore, QueryBundle


def as_llama_index(retriever: Retriever, k: int = 10, where: Where = EVERYWHERE) -> BaseRetriever:
    """A LlamaIndex retriever that returns ``k`` nodes, whose ids are our passage ids.

    A function and not a class, because LlamaIndex takes seconds to import and is needed here only.
    """
    from llama_index.core.retrievers import BaseRetriever

    class WardroundRetriever(BaseRetriever):
        """Asks ``retriever``; asynchronous calls run it in a thread."""

        def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            return [_node(hit) for hit in retriever.search(query_bundle.query_str, k, where)]

        async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            return await asyncio.to_thread(self._retrieve, query_bundle)

    return WardroundRetriever()


def _node(hit: Hit) -> NodeWithScore:
    from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode

    passage = hit.passage
    node = TextNode(
        id_=passage.id,
        text=passage.text,
        metadata=metadata_of(hit),
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.document_id)},
    )
    return NodeWithScore(node=node, score=hit.score)
