"""The dashboard: a Streamlit app that reads the published warehouse and writes nothing."""
