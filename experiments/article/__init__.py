"""The claims of the article with which this project began, each as an experiment with a verdict.

``python -m experiments.article`` runs all of them.
"""
