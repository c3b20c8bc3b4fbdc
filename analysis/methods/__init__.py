"""The methods: ``<name>.py`` works it out, ``<name>.sql`` beside it declares its tables. Nothing else names one."""
