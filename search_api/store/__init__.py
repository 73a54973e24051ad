"""The store that queries read: papers, selections, columns, connections."""
