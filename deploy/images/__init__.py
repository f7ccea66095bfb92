"""How the system becomes images: Dockerfile, what runs inside them, and the secrets of docker compose."""
