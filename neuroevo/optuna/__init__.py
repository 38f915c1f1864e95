"""Between neuroevo and Optuna: our search as a sampler, and a run as a study.

Needs ``pip install 'neuroevo[optuna]'``.
"""

from neuroevo.optuna.sampler import EvolutionSampler

__all__ = ["EvolutionSampler"]
