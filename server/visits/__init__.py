"""How people come: page views and where they lead, and who brings whom by share links."""
