"""What the pages ask of the warehouse: fixed SQL with bound parameters, a module for each subject."""
