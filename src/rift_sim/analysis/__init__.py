"""What one can ask of the model and of the record once there are numbers."""
