"""Pages that borrow the screen for a moment: the picker, the inspector, questions.

Begin with `picker`.
"""
