"""The wire language, pure: what may be said, how it is written, and what each refusal means."""
