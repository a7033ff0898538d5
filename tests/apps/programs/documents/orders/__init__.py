"""Files of the orders."""
