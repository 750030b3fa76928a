"""The process that fine-tunes: `python -m training.sft FOLDER`, in the model environment. Knows no Django and no rows.

All it is told stands in FOLDER/config.json; docs/design/007-training.md says what it leaves beside it.
"""
