"""What commands answered, printed for people: a file for each noun."""
