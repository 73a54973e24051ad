"""Which records are of one paper, and the best of them as one."""
