"""Imported last by the process that tests fork from: what is there stays, so that no collection need look at it."""

import gc

gc.freeze()
