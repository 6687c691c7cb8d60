"""How traffic was: figures gathered from the journal, and written as text, Markdown and HTML."""
