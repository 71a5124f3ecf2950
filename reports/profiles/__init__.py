"""Profile pages: the province and every district on a page each, with charts, a map and where help is needed most."""
