"""The embedded stack of `./espace up` and of the tests: every part for real, none of it in Docker.

rundir      where a stack keeps its data, secrets and ports
supervisor  keeps programs running, shows what they say, stops them cleanly
postgres, rabbitmq, seaweed, mail, stripe   the parts
processes   the four services, their relays and the gateway, each with its own environment
stack       puts them together: `with Stack(run_dir) as stack: …`
launcher    the verbs of ./espace
"""
