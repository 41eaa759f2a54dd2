"""Questions of one's own: metrics by dimensions, filtered, over a period; saved ones; with the pages' figures and nobody else's."""
