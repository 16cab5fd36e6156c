"""What is given: doses, their algebra, and the sentences that say them."""
