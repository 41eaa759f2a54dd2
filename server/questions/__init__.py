"""Questions: asked, voted for, moderated, answered."""
