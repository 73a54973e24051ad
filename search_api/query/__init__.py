"""What can be asked, and what comes back."""
