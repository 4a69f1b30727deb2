"""Which parameter decides a result, and where in their space a result is found."""
