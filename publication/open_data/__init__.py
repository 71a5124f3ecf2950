"""The open-data edition of a release: area tables for everybody, in which no small count can be read or computed.

What belongs here: which figures are open (`figures`), which of them are left out so that the small ones are protected
(`suppression`), and the files (`edition`). What does not: figures; they are the release's own.
"""
