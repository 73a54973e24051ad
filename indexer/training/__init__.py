"""Train a static encoder: a vector for each token, whose mean is a text's embedding."""
