"""What is registered and who may do what: parties, resources, registrations, authorised operation, certificates."""
