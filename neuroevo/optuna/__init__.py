"""Between neuroevo and Optuna: a run as a study. Needs `pip install 'neuroevo[optuna]'`."""

from neuroevo.optuna.study import study_of

__all__ = ["study_of"]
