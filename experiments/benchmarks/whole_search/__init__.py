"""The whole search: neuroevo's default run beside Optuna's TPE over scikit-learn's MLP."""
