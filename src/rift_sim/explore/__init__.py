"""A page in the browser on which one replicate goes on month by month (extra `explore`)."""
