"""A real Kubernetes control plane as plain processes, for tests and benchmarks.

Start reading at `rig.py` (what a rig consists of) or, to drive one from another
language, at `__main__.py` and `../README.md`.
"""
