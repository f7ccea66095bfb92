"""The process itself: started as in town, asked over the broker."""

import io
from uuid import uuid4

import pytest

from chassis.client import Services
from contracts.documents.keys import KeepKeys
from contracts.documents.refusals import UploadLost
from contracts.documents.sealed import BUCKET
from contracts.documents.vault import OpenVault, StoreDocument
from contracts.errors import NotSignedIn
from deploy.local.rabbitmq import ADMINISTRATOR
from deploy.local.rundir import find_free_port
from gateway.vault import keys
from gateway.vault.sealing import new_file_key
from tests.load.processes import running
from tests.mothers.documents import a_wrap
from tests.services.chassis.conftest import ready
from tests.services.documents.conftest import REQUESTS_KEY, Vaults, agent, citizen


@pytest.fixture(scope="module")
def services(all_vaults: Vaults, vhost):
    port = find_free_port()
    environment = {
        "ESPACE_AMQP_URL": vhost.url(ADMINISTRATOR),
        "ESPACE_DATABASE_URL": all_vaults.settings.database_url,
        "ESPACE_S3_URL": all_vaults.settings.s3_url,
        "ESPACE_REQUESTS_KEY": REQUESTS_KEY,
        "ESPACE_METRICS_PORT": str(port),
    }
    arguments = ["-W", "ignore", "-m", "chassis", "serve", "documents"]
    with running(arguments, environment, lambda: ready(port)):
        client = Services(vhost.url(ADMINISTRATOR), timeout=10)
        yield client
        client.close()


def test_a_document_is_entered_and_found_sealed_bytes_and_all(services, vaults):
    caller, pair, document_id = citizen(uuid4()), keys.new_pair(), uuid4()
    services.ask(KeepKeys(command_id=uuid4(), public_key=pair.public, password_wrap=a_wrap(pair)), caller)
    sealed_key = keys.seal_key(new_file_key(), document_id, pair.public)
    entry = StoreDocument(
        command_id=uuid4(),
        document_id=document_id,
        document_type="assurance",
        size=3,
        object_size=6,
        public_key=pair.public,
        sealed_key=sealed_key,
        sealed_description=bytes(range(256)),
    )
    with pytest.raises(UploadLost):
        services.ask(entry, caller)
    vaults.objects.put(BUCKET, str(document_id), io.BytesIO(b"sealed"))
    stored = services.ask(entry, caller)
    assert services.ask(entry, caller) == stored
    found = services.ask(OpenVault(), caller)
    assert [each.sealed_key for each in found.documents] == [sealed_key]
    assert found.documents[0].sealed_description == bytes(range(256))
    assert found.requests_public_key == vaults.service.town.public


def test_the_service_judges_who_asks(services, vaults):
    with pytest.raises(NotSignedIn):
        services.ask(OpenVault(), agent())
