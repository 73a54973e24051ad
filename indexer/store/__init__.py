"""The files of an index: generations, catalogues, vectors, postings, maps, and the vector cache."""
