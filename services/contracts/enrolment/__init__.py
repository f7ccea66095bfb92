"""What one may ask of enrolment: the offer, enrolments, bookings and their proof, attendance.

Days are dates of the town, instants are aware datetimes; `month` is always a month's first day; weekdays count from
1 (Monday) to 7. Sentences (`adding_sentence` …) are French and come from the rule that is enforced. A refused day
carries a code (`Refusal`) and what fills its sentence; the French is the gateway's.

One module per matter; import from it: `from contracts.enrolment.… import …`.
"""
