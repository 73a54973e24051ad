"""What a source says, cleaned: text, LaTeX, names, dates, identifiers."""
