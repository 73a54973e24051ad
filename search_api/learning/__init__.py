"""Learn from judgements what a second look at the best papers is to weigh.

What is learned from is judged as for an evaluation: a collection, or papers of one's own index.
"""
