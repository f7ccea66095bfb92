"""What billing refuses, in French."""

SENTENCES = {
    "nothing_to_pay": (409, "Cette facture est déjà réglée : il n’y a rien à payer."),
    "selection_changed": (
        409,
        "L’une des factures choisies vient d’être réglée : vérifiez votre choix, puis recommencez.",
    ),
    "several_families": (
        422,
        "Ces factures ne sont pas d’une même famille et d’une même régie : réglez-les séparément.",
    ),
    "partial_payment_closed": (
        409,
        "Cette régie n’encaisse pas de paiement partiel en ligne : réglez la facture en entier, ou voyez Mairie [+].",
    ),
    "part_out_of_bounds": (422, "Saisissez un montant de {least} à {most}."),
    "not_refundable": (409, "Il ne reste rien à rembourser sur ce paiement."),
    "refund_too_high": (
        422,
        "Il ne reste que {most} à rembourser sur ce paiement : saisissez un montant moindre.",
    ),
    "payment_disputed": (
        409,
        "Ce paiement est contesté auprès de la banque du payeur : le rembourser aussi le rendrait deux fois.",
    ),
    "more_than_owed": (422, "La famille ne doit que {most} : saisissez ce qui est encaissé, monnaie rendue."),
    "cesu_for_care_only": (
        422,
        "Le CESU ne paie que la garde des enfants, pas les repas : {most} au plus pour ces factures.",
    ),
    "nothing_to_deposit": (
        409,
        "La caisse ne contient plus rien de ce genre : un bordereau vient d’être fait.",
    ),
    "refund_whole_only": (
        422,
        "Ce titre est encore dans la caisse : il se rend en entier, soit {whole}.",
    ),
    "payment_underway": (
        409,
        "Un paiement de cette facture est déjà en cours. Attendez quelques instants, puis rechargez la page.",
    ),
    "online_payment_closed": (
        409,
        "Le paiement en ligne de cette facture est terminé. Vous pouvez encore la régler auprès de Mairie [+].",
    ),
    "amount_out_of_bounds": (
        409,
        "Cette somme ne peut pas être payée en ligne. Vous pouvez la régler auprès de Mairie [+].",
    ),
    "online_payment_absent": (
        409,
        "Cette facture ne se paie pas en ligne : réglez-la en mairie, auprès de Mairie [+].",
    ),
    "collection_underway": (
        409,
        "Cette facture va être prélevée sur le compte de la famille : il n’y a rien à payer d’ici là.",
    ),
    "debit_not_offered": (409, "Cette régie n’encaisse pas par prélèvement automatique."),
    "mandate_exists": (
        409,
        "Un mandat est déjà signé pour cette famille : mettez-y fin avant d’en signer un autre.",
    ),
    "mandate_over": (409, "Ce mandat avait déjà pris fin."),
    "mandate_not_resumable": (
        409,
        "Ce mandat ne peut pas être repris : le refus de la banque vaut pour ce compte. Il faut un nouveau mandat.",
    ),
    "collection_date_refused": (
        422,
        "Choisissez un jour ouvré pour les banques, à partir du {earliest}, le temps de prévenir les familles, "
        "et dans les trois mois.",
    ),
    "nothing_to_collect": (
        409,
        "Il n’y a rien à prélever à cette date : aucune famille sous mandat ne doit une facture échue ce jour-là.",
    ),
    "collection_closed": (409, "Ce prélèvement est déjà transmis à la banque, ou abandonné."),
    "collection_too_late": (
        409,
        "La banque ne prend plus de fichier pour cette date : c’était possible jusqu’au {until}. "
        "Abandonnez ce prélèvement, puis annoncez-en un autre.",
    ),
    "reject_refused": (
        409,
        "Ce prélèvement n’a pas été transmis à la banque, ou son rejet est déjà enregistré.",
    ),
    "provider_away": (
        503,
        "Le service de paiement en ligne ne répond pas. Rien n’a été débité : réessayez dans quelques minutes.",
    ),
    "signature_refused": (400, "Cette notification de paiement n’est pas signée par le prestataire."),
    "run_not_checked": (
        409,
        "Cette facturation n’est pas dans l’état attendu : vérifiez-la avant de la publier.",
    ),
    "run_contested": (
        409,
        "Des pointages ont été contestés, des journées rendues ou des absences signalées depuis ce brouillon "
        "({children}). Refaites le brouillon : il en tiendra compte.",
    ),
    "cannot_contest_line": (409, "Ces journées ne peuvent pas être contestées ici."),
    "line_objection_changed": (
        409,
        "Cette contestation a changé entre-temps : une réponse a été donnée, un document joint, ou elle a été retirée. "
        "Rechargez la page.",
    ),
    "nothing_billed": (
        409,
        "Ces journées ne sont plus facturées : un avoir les a déjà rendues. "
        "Répondez que la facturation a été corrigée.",
    ),
    "nothing_corrected": (
        409,
        "D’après ce qui est connu aujourd’hui, ces journées coûtent ce qui a été facturé. "
        "Corrigez d’abord le pointage ou le quotient, puis répondez.",
    ),
    "sheets_not_counted": (
        409,
        "Le décompte des pointages du mois n’est pas encore arrivé. Rechargez la page dans quelques instants.",
    ),
    "sheets_differ": (
        409,
        "Des feuilles de pointage ne sont pas arrivées en entier à la facturation ({sheets}). "
        "Redemandez-les, puis refaites le brouillon.",
    ),
    "fund_exists": (409, "Une autre régie a déjà ce code : choisissez-en un autre."),
    "fund_month_billed": (
        409,
        "Ce mois est déjà facturé, et ce qui est facturé ne bouge plus : choisissez un mois plus récent.",
    ),
    "run_open": (409, "Une autre facturation est en préparation : publiez-la ou abandonnez-la d’abord."),
    "month_not_begun": (422, "Ce mois n’a pas commencé : il n’y a rien à facturer."),
    "treasury_terms_missing": (
        409,
        "Les codes donnés par le comptable manquent : saisissez-les avant de faire un fichier.",
    ),
    "nothing_to_tell": (
        409,
        "Il n’y a rien à transmettre : un fichier vient peut-être d’être fait.",
    ),
    "run_not_found": (404, "Cette facturation n’existe pas."),
    "tariff_from_the_past": (422, "Ce tarif commence trop loin dans le passé pour être encore corrigé."),
    "tariff_draft_not_found": (404, "Ce brouillon a été publié ou abandonné."),
    "tariff_draft_changed": (
        409,
        "{by} a modifié ce brouillon entre-temps. Rechargez la page pour voir sa version, puis refaites la vôtre.",
    ),
    "refund_not_seen": (
        409,
        "Le prestataire ne montre pas ce remboursement, ou il n’est pas allé au bout : rien n’est enregistré.",
    ),
    "cheque_not_deposited": (
        409,
        "Ce paiement n’est pas un chèque remis au comptable : s’il est encore dans la caisse, rendez-le à la famille.",
    ),
    "cheque_bounced": (409, "Le rejet de ce chèque est déjà enregistré."),
    "allowance_overlaps": (
        409,
        "La famille a déjà « {name} » pour ces enfants et ces activités à ces dates : elle ne compterait qu’une fois. "
        "Changez les dates, ou arrêtez d’abord l’autre.",
    ),
    "allowance_over": (409, "Cette aide a déjà été arrêtée."),
}

PROBLEMS = {
    "until_past": "Choisissez un jour à venir.",
    "unknown_reduction": "Choisissez une réduction que prévoient les tarifs.",
    "reduction_not_of_activity": "Le tarif de cette activité ne prévoit pas cette réduction : choisissez-en une autre.",
    "aid_without_name": "Donnez un nom à cette aide : deux caractères au moins.",
    "aid_takes_nothing_off": "Dites ce que l’aide prend en charge : une part du prix ou une somme par unité.",
    "aid_without_cap": "Donnez un plafond : en euros, en jours d’accueil, ou les deux.",
    "aid_without_end": "Indiquez le dernier jour : une aide a une fin.",
    "ends_before_it_begins": "La fin vient après le début : corrigez l’une des deux dates.",
    "ends_no_earlier": "Indiquez un jour avant la fin déjà prévue : une aide s’arrête plus tôt, elle ne s’allonge pas.",
    "allowance_too_early": "Cette date est trop ancienne : une facturation ne corrige que les douze derniers mois.",
    "unknown_activity": "Choisissez une activité de la liste.",
    "unknown_place": "Choisissez un lieu de la liste.",
    "day_not_of_line": "Choisissez des journées de cette ligne.",
    "words_missing": "Expliquez ce qui ne va pas : l’agent qui vérifie lira ce texte.",
    "not_an_answer": "Choisissez une réponse.",
    "days_missing": "Cochez au moins une journée à rendre.",
    "waiver_missing": "Dites si c’est une erreur de la ville ou un geste.",
    "later_month_published": "Un mois plus récent est déjà publié : ses corrections s’y feront.",
    "iban_form": "Vérifiez l’IBAN : deux lettres, deux chiffres, puis le numéro du compte, comme sur votre RIB.",
    "iban_too_short": "Il manque des caractères : l’IBAN d’un compte français en compte 27. Recopiez-le de votre RIB.",
    "iban_too_long": "Il y a trop de caractères : l’IBAN d’un compte français en compte 27. Recopiez-le de votre RIB.",
    "iban_checksum": "Un caractère est faux ou deux sont inversés : recopiez l’IBAN de votre RIB, quatre par quatre.",
    "iban_outside_sepa": "Donnez un compte tenu dans la zone SEPA : les autres ne peuvent pas être prélevés.",
    "bic_form": "Vérifiez le BIC : 8 ou 11 caractères, par exemple PSSTFRPPLYO. Il est sur votre RIB.",
    "reject_code_unknown": "Choisissez un motif de la liste.",
    "reject_date": "La date du rejet est au plus tôt celle du fichier, au plus tard aujourd’hui.",
    "dates_out_of_order": "L’échéance vient après la publication, et la fin du paiement en ligne après l’échéance.",
}

LEFT_OUT = {
    "contested": "Pointage contesté par la famille, réponse attendue",
    "absence_undecided": "Absence signalée, décision attendue",
    "not_checked": "Pointage pas encore fait",
    "not_on_sheet": "Réservé mais absent de la feuille de pointage",
    "to_come": "Journée à venir",
    "no_tariff": "Aucun tarif publié à cette date",
    "unknown_family": "Famille inconnue de la facturation",
    "unknown_child": "Enfant inconnu de la facturation",
    "unknown_activity": "Activité inconnue de la facturation",
}

ANOMALIES = {
    "quotient_unknown": "Quotient familial inconnu : tranche la plus haute",
    "no_account": "Aucun responsable n’a de compte : facture à envoyer par courrier",
    "jump": "Montant très supérieur au mois précédent",
    "drop": "Montant très inférieur au mois précédent, plus que pour l’ensemble des familles",
    "unchecked": "Des journées réservées ne sont pas pointées : une autre facture suivra",
    "credit": "Avoir en faveur de la famille",
    "no_address": "Adresse incomplète",
}

DIFFERENCES = {
    "amount": "Le montant ou la monnaie encaissés ne sont pas ceux de la facture",
    "paid_twice": "La facture était déjà réglée : trop-perçu à rendre ou à déduire",
    "unknown": "Paiement inconnu de nos livres",
    "refund": "Remboursement fait chez le prestataire",
    "refund_failed": "Un remboursement n’est pas arrivé : la somme est revenue à la ville",
    "dispute": "Paiement contesté auprès de la banque : réponse à donner au prestataire",
    "dispute_lost": "Contestation perdue : la somme est de nouveau due par la famille",
    "not_recorded": "Encaissé chez le prestataire, absent de nos livres",
    "not_at_provider": "Encaissé dans nos livres, absent chez le prestataire",
    "amount_at_provider": "Le prestataire et nos livres ne disent pas la même somme",
    "refund_unknown": "Remboursé dans nos livres, absent chez le prestataire",
    "return_unknown": "La banque rejette un prélèvement que nous ne connaissons pas",
    "return_by_hand": "La banque rejette un prélèvement : motif, montant ou date à vérifier avant de l’enregistrer",
    "return_whole": "La banque refuse tout un fichier de prélèvements, ou un lot : à voir avec elle",
    "books_refund": "Grand livre : un remboursement et ses écritures ne disent pas le même montant",
    "books_debit": "Grand livre : un rejet de prélèvement et ses écritures ne disent pas le même montant",
    "books_till": "Grand livre : la caisse et ses écritures ne disent pas le même montant",
    "books_dispute": "Grand livre : une contestation et ses écritures ne disent pas le même montant",
    "books_unbalanced": "Grand livre : une écriture n’est pas équilibrée",
    "books_invoice": "Grand livre : une facture et ses écritures ne disent pas le même montant",
    "books_revenue": "Grand livre : les lignes d’une facture et les recettes ne disent pas le même montant",
    "books_payment": "Grand livre : un paiement et ses écritures ne disent pas le même montant",
    "books_numbers": "Numérotation : il manque ou il y a en trop une facture ou une quittance",
}

PAYMENT_STATES = {
    "created": ("Commencé", "off"),
    "open": ("Page de paiement ouverte", "info"),
    "confirming": ("En cours de confirmation", "wait"),
    "paid": ("Payé", "done"),
    "expired": ("Abandonné", "off"),
    "failed": ("Refusé par le prestataire", "todo"),
    "different": ("À vérifier", "todo"),
    "collecting": ("Prélèvement annoncé", "wait"),
    "rejected": ("Prélèvement rejeté par la banque", "todo"),
}

REFUND_STATES = {
    "asked": ("Demandé au prestataire", "wait"),
    "done": ("Remboursé", "done"),
    "failed": ("Non abouti", "todo"),
}

REFUND_WAYS = {
    "provider": "sur la carte qui a payé",
    "counter": "rendu au guichet",
    "treasury": "par virement du comptable public",
    "bounced": "chèque rejeté par la banque",
}

DISPUTE_STATES = {
    "inquiry": ("Demande de renseignements", "wait"),
    "closed": ("Sans suite", "off"),
    "open": ("Somme retenue par la banque", "todo"),
    "won": ("Gagnée, somme revenue", "done"),
    "lost": ("Perdue, somme due par la famille", "todo"),
}

MEANS = {
    "cash": "Espèces",
    "cheque": "Chèque",
    "cesu": "CESU préfinancé (garde d’enfants seulement)",
    "voucher": "Chèques-vacances ou bons",
}

METHODS = {
    "card": "Carte bancaire, en ligne",
    "direct_debit": "Prélèvement unique, en ligne",
    "sepa_debit": "Prélèvement automatique",
    "cash": "Espèces, au guichet",
    "cheque": "Chèque, au guichet",
    "cesu": "CESU préfinancé, au guichet",
    "voucher": "Chèques-vacances ou bons, au guichet",
}

COLLECTION_STATES = {
    "announced": ("Annoncé aux familles", "wait"),
    "filed": ("Fichier fait", "info"),
    "cancelled": ("Abandonné", "off"),
}

MANDATE_STATES = {
    "active": ("En service", "done"),
    "suspended": ("Suspendu", "todo"),
    "revoked": ("Terminé", "off"),
    "lapsed": ("Terminé, jamais utilisé depuis 36 mois", "off"),
    "replaced": ("Remplacé par un autre", "off"),
}

DEBIT_STATES = {
    "collecting": ("À prélever", "wait"),
    "paid": ("Encaissé", "done"),
    "rejected": ("Rejeté", "todo"),
    "failed": ("Abandonné", "off"),
}

DEBIT_REASONS = {
    "nothing_left": "Plus rien n’était dû",
    "contested": "La famille conteste ce qui reste dû",
    "mandate_ended": "Le mandat a pris fin",
    "cancelled": "Retiré par un agent, ou fichier non fait à temps",
}

BANK_FILES = {
    "pain.002": "Compte rendu de la banque (pain.002)",
    "camt.054": "Avis d’opérations (camt.054)",
    "camt.053": "Relevé de compte (camt.053)",
}

# Words, kind of tag, and what it means or asks for.
VERDICTS = {
    "recognised": ("À enregistrer", "wait", ""),
    "already": ("Déjà enregistré", "off", ""),
    "unknown": ("Inconnu", "todo", "Aucun prélèvement de la ville n’a cette référence."),
    "not_sent": (
        "À vérifier",
        "todo",
        "Ce prélèvement n’a pas été transmis à la banque, ou a été abandonné.",
    ),
    "amount": ("À vérifier", "todo", "Le montant n’est pas celui du prélèvement."),
    "reason": ("À vérifier", "todo", "Le motif manque, ou n’est pas connu."),
    "day": ("À vérifier", "todo", "La date est avant celle du fichier, ou à venir."),
    "whole": ("Refusé en entier", "todo", "Voyez avec la banque si le fichier est à déposer de nouveau."),
}

REJECTS = {
    "AC01": "Numéro de compte erroné",
    "AC04": "Compte clôturé",
    "AC06": "Compte bloqué",
    "AC13": "Compte qui n’est pas celui d’un particulier",
    "AG01": "Prélèvement interdit sur ce type de compte",
    "AG02": "Code d’opération erroné",
    "AM04": "Provision insuffisante",
    "AM05": "Opération en double",
    "BE05": "Identifiant de créancier inconnu",
    "FF01": "Fichier mal formé",
    "MD01": "Pas de mandat, ou mandat révoqué à la banque",
    "MD06": "Contesté par le titulaire (sous huit semaines)",
    "MD07": "Titulaire décédé",
    "MS02": "Refus du titulaire, sans motif",
    "MS03": "Refus de la banque, sans motif",
    "RC01": "BIC erroné",
    "RR04": "Motif réglementaire",
    "SL01": "Créancier refusé par le titulaire auprès de sa banque",
}

RUN_STATES = {
    "draft": ("Brouillon", "wait"),
    "checked": ("Vérifiée", "info"),
    "published": ("Publiée", "done"),
    "discarded": ("Abandonnée", "off"),
}

CLAIM_FORMS = {
    "role": "Un rôle pour toutes les factures (ORMC)",
    "titles": "Un titre de recette par facture",
}

CLAIMS_TOLD = {
    "issued": "Toutes les factures publiées",
    "handed": "Seulement celles que les relances ont menées jusqu’à la transmission",
}

CLAIM_KINDS = {"claims": "Créances", "reductions": "Annulations et réductions"}

CLAIMS_LEFT_OUT = {
    "below_least": "Moins de 15 € : pas de recouvrement, la somme attend (CGCT D1611-1)",
    "underway": "Paiement en cours : on saura bientôt ce qui reste dû",
    "contested": "Ligne contestée par la famille : répondez-lui d’abord",
    "no_civil_status": "Civilité ou nom du responsable manquants : complétez le dossier famille",
    "no_address": "Adresse incomplète : complétez le dossier famille",
    "closed": "Exercice clos, ou transmis sous une autre forme : à annuler par le comptable (mandat au compte 673)",
}

DUNNING_STEPS = {
    1: "Rappel",
    2: "Relance",
    3: "Dernier rappel",
    4: "Transmission au Trésor public",
}

NOT_DUNNED = {
    "reprieve": "Sursis",
    "contested": "Somme contestée, réponse attendue",
    "underway": "Paiement en cours",
    "below_least": "Moins de 15 € : la somme attend la prochaine facture",
}
