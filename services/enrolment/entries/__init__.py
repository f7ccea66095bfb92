"""Nameko entry points of enrolment, one class per matter: parse, call one function, one commit.

`enrolment.service.EnrolmentService` is made of them. These modules alone know that there is a broker.
"""
