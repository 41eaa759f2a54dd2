"""Pictures that merchants send: checked by what they hold, rendered anew, kept in an object store, served under addresses for good."""
