"""How good is the search? Judged collections in the form of BEIR, asked through akin's own path.

A collection is indexed as ``rebuild-index`` would, its queries are put to the engine that answers
all others, and the rankings are measured against the judgements.
"""
