"""What papers score for a query, and the order that this makes."""
