"""Shows that several channels hold as one: people talk in the leading one, and each channel sells in its own beside it"""
