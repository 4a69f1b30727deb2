"""The model beside the record by municipality."""
