"""Who decides: the government, its partners, the armed groups and the stakeholders."""
